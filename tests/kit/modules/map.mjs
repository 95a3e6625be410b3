export default (error) =>
  error.message === 'taken' ? { kind: 'invalid_value', field: 'bookedBy', message: 'no' } : undefined;
