// Builds and runs the benchmarks; arguments as in main.ts.
import { join } from 'node:path';
import { build, output } from './build.mjs';

build();
await import(join(output, 'js/bench/main.js'));
