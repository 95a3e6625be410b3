/** Throws what its argument describes: properties of an Error, of a plain object, or any value. */
const thrown = ({ as, ...properties }) => {
  if (as === 'undefined') return undefined;
  if (as === 'text') return properties.text;
  if (as === 'object') return properties;
  if (as === 'proxy')
    return new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
        has: () => {
          throw new Error('trap');
        },
      },
    );
  if (as === 'getter')
    return {
      get message() {
        throw new Error('trap');
      },
    };
  const error = new Error(properties.message);
  return Object.assign(error, properties);
};
const fail = async (description) => {
  throw thrown(description);
};

export const getBooking = fail;
export const deleteBooking = fail;
export const updateBooking = (id, description) => fail(description);
export const __export = (entity, description) => fail(description);
