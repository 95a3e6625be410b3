/** The same, with times as text. */
export * from './inspect.mjs';
export const getBooking = async (at) => ({ bookedAt: at, updatedAt: new Date(0) });
export const parityBridge = { name: 'texts', dates: 'iso', capabilities: { time: 'us' } };
