/** Has a function for every name that anybody may think of, and each loses its connection. */
import { setTimeout } from 'node:timers/promises';

const lose = async () => {
  await setTimeout(1);
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
};

export default new Proxy(
  {},
  { get: (_, name) => (name === 'parityBridge' || name === 'then' ? undefined : lose) },
);
