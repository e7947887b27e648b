import fc from 'fast-check';

/**
 * The seed of all properties: the same in each run, so that a change alone can make one fail. To look
 * for what nobody has thought of: `SEED=$RANDOM npm test`.
 */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });
