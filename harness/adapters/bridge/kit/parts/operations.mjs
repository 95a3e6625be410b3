/** The operations of parity-bridge/1: what each takes, what it gives back, and whether it only reads. */
import { ENTITIES } from './entities.mjs';

const OPERATIONS = new Map();

function operation(name, entity, takes, gives, { reading = false } = {}) {
  OPERATIONS.set(name, { name, entity, takes, gives, reading });
}

for (const entity of Object.values(ENTITIES)) {
  const { singular, plural } = entity;
  operation(`create${singular}`, entity, ['values'], 'row');
  operation(`get${singular}`, entity, ['plain'], 'rowOrNull', { reading: true });
  operation(`list${plural}`, entity, ['query'], 'page', { reading: true });
  operation(`count${plural}`, entity, ['query'], 'plain', { reading: true });
  if (!entity.appendOnly) {
    operation(`update${singular}`, entity, ['plain', 'values'], 'row');
    operation(`delete${singular}`, entity, ['plain'], 'plain');
  }
  if (entity.queue) {
    operation(`claim${plural}`, entity, ['plain'], 'rows');
    operation(`complete${singular}`, entity, ['plain', 'plain'], 'row');
    operation(`fail${singular}`, entity, ['plain', 'plain', 'plain'], 'row');
  }
}
operation('getSchedulingRequestByTokenHash', ENTITIES.schedulingRequests, ['plain'], 'rowOrNull', {
  reading: true,
});
operation('receiveWebhookEvent', ENTITIES.webhookEvents, ['values'], 'received');
operation('bookSchedulingRequest', ENTITIES.bookings, ['values', 'plain'], 'row');
operation('rescheduleBooking', ENTITIES.bookings, ['plain', 'values', 'plain'], 'row');
operation('cancelBooking', ENTITIES.bookings, ['plain', 'plain', 'plain'], 'row');
operation('getOpsSummary', null, [], 'plain', { reading: true });
// Their entity is their first argument.
operation('__export', null, ['plain'], 'rows', { reading: true });
operation('__import', null, ['plain', 'rows'], 'nothing');
operation('__reset', null, [], 'nothing');

/** The entity that a call is about, or null. */
function entityOf(operation, args) {
  if (operation.entity !== null) return operation.entity;
  const named = Array.isArray(args) ? args[0] : undefined;
  return typeof named === 'string' && Object.hasOwn(ENTITIES, named) ? ENTITIES[named] : null;
}

export { OPERATIONS, entityOf };
