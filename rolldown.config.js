/** What runs, put together from src/ and the libraries in JavaScript: docs/decisions/0025-a-bundle-starts-sooner.md. */
import { defineConfig } from 'rolldown';

export default defineConfig({
  platform: 'node',
  logLevel: 'warn',
  // The addon alone is for those who want the data plane without the command line.
  input: { 'cli/main': 'src/cli/main.ts', 'native/addon': 'src/native/addon.ts' },
  // These bring machine code of their own and look for it beside their files.
  external: ['bindings', 'raw-socket'],
  output: { dir: 'dist', chunkFileNames: 'parts/[name].js', cleanDir: true, sourcemap: true },
});
