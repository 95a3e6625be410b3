export const getBooking = () => null;
throw new Error('no database: password=hunter2hunter2');
