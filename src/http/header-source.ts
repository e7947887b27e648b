/** The part of `Headers` that is needed here, so that a mock will do. */
export type HeaderSource = Pick<Headers, 'get'>;
