/** Nest token of the world's countries. */
export const ATLAS = Symbol('ATLAS');
