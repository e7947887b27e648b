/** The version of this package: limiters of another one may be other inside. */
export const VERSION = '0.1.0';
