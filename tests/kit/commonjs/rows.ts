export const rows: number[] = [];

export const getBooking = async (): Promise<null> => null;
