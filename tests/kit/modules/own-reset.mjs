/** Resets itself, in place. */
let calls = 0;
export const loaded = performance.now();

export const getOpsSummary = () => ({ calls: (calls += 1), loaded });
export const __reset = async () => {
  calls = 0;
};
