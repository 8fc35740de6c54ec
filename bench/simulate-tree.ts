/**
 * Prints how fast a checkout simulates, in a process of its own: what one build has had compiled is not the other's.
 * Its benchmarks must have been built.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tree = '', seconds = ''] = process.argv.slice(2);
const module = pathToFileURL(join(tree, '.setup/bench/js/bench/simulation.js')).href;
const { measureSimulation } = (await import(module)) as typeof import('./simulation.js');
const figures: Record<string, number> = {};
measureSimulation({ add: (name, _subject, value) => (figures[name] = value) }, Number(seconds));
console.log(JSON.stringify(figures));
