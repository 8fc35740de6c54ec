// Builds and runs the soak test; arguments as in main.ts.
import { join } from 'node:path';
import { build, output } from '../build.mjs';

build();
await import(join(output, 'js/bench/soak/main.js'));
