/** Maps its own errors. */
export { deleteBooking, getBooking } from './throwing.mjs';
export const parityBridge = {
  name: 'mapping',
  lacks: { client_ids: 'the database chooses' },
  mapError: async (error, { operation }) => {
    if (error.message === 'taken') return { kind: 'conflict', constraint: `rule_of_${operation}` };
    if (error.message === 'nonsense') return { kind: 'nonsense' };
    if (error.message === 'worse') throw new Error('the map is wrong');
    return null;
  },
};
