/** Waits until `test` holds, however long that takes: a test that never comes so far times out. */
export async function eventually(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 10));
}
