export const hello = 'world';
export const parityBridge = { name: 'nothing here' };
