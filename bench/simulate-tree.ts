/**
 * Simulates with the code of a checkout, in a process of its own, whenever it is told for how many seconds, and answers with how
 * fast that was (beside.ts); says first that it is ready. The checkout's benchmarks must have been built.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as simulatedChain from '../test/sim/harness/chain.js';
import { warmSimulation } from './simulation.js';

export interface SimulationRequest {
  readonly delayMechanism: 'e2e' | 'p2p';
  readonly seconds: number;
}

const [tree = ''] = process.argv.slice(2);
const harness = pathToFileURL(join(tree, '.setup/bench/js/test/sim/harness/chain.js')).href;
const { chain } = (await import(harness)) as typeof simulatedChain;
const simulations = { e2e: warmSimulation('e2e', chain), p2p: warmSimulation('p2p', chain) };
process.on('message', ({ delayMechanism, seconds }: SimulationRequest) => {
  process.send?.(simulations[delayMechanism](seconds));
});
process.send?.('ready');
