/** How a program in the guest tells its results: one line of JSON a scenario, among whatever else is printed. */

export const RESULT_MARK = '@result ';

export type Outcome =
  | { readonly scenario: string; readonly value: unknown }
  | { readonly scenario: string; readonly error: string };

/**
 * Runs one scenario and prints what it returns or why it failed; the next one has its turn either way.
 * Throws outside the lab, before anything is done to this machine's clocks.
 */
export async function scenario(name: string, run: () => Promise<unknown>): Promise<void> {
  // The lab says so to what it runs; elsewhere HWLAB, if set, is a folder.
  if (process.env['HWLAB'] !== '1') throw new Error('runs in the guest of the hardware lab only');
  print(
    await run().then(
      (value) => ({ scenario: name, value }),
      (error: Error) => ({ scenario: name, error: error.stack ?? error.message }),
    ),
  );
}

function print(outcome: Outcome): void {
  console.log(RESULT_MARK + JSON.stringify(outcome));
}
