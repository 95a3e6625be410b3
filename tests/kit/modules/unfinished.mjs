await new Promise(() => {});
export const getBooking = () => null;
