/** How many examples a property tries: so many, or that times `RUNS`, if the environment has it. */
export function runs(usual: number): number {
  return Math.ceil(usual * Number(process.env.RUNS ?? 1));
}
