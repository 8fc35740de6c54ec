/** -j and --json, which every command has that answers something. */
export const jsonOption = {
  alias: 'j',
  type: 'boolean',
  default: false,
  describe: 'As JSON, for scripts',
} as const;
