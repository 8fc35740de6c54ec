/** gm - tc - ... - tc - slave: the shape of most scenarios. */
import type { CableModel } from '../../../src/native/virtual/cable.js';
import {
  Scenario,
  type Receiver,
  type ReceiverModel,
  type DelayMechanism,
  type Source,
  type SourceModel,
  type Switch,
  type TransparentClockModel,
} from './scenario.js';

export interface ChainModel {
  readonly seed: number;
  /** End to end unless set. */
  readonly delayMechanism?: DelayMechanism;
  /** How many transparent clocks. */
  readonly clocks: number;
  readonly source?: SourceModel;
  readonly receiver?: ReceiverModel;
  /** Of the transparent clock in that place, counted from 0 at the source; its port 0 is towards the source. */
  readonly clock?: (place: number) => TransparentClockModel;
  /** Of the cable before that place. */
  readonly cable?: (place: number) => CableModel;
}

export interface Chain {
  readonly scenario: Scenario;
  readonly source: Source;
  readonly clocks: readonly Switch[];
  readonly receiver: Receiver;
}

export function chain(model: ChainModel): Chain {
  const scenario = new Scenario(model.seed, model.delayMechanism);
  const source = scenario.timeSource('gm', model.source);
  const clocks = Array.from({ length: model.clocks }, (_, place) =>
    scenario.transparentClock(`tc${place + 1}`, model.clock?.(place)),
  );
  const receiver = scenario.timeReceiver('slave', model.receiver);
  for (const [place, clock] of [...clocks, receiver].entries()) {
    const before = clocks[place - 1];
    const cable = model.cable?.(place);
    if (before === undefined) scenario.connect(source, 0, clock, 0, cable);
    else scenario.connect(before, 1, clock, 0, cable);
  }
  return { scenario, source, clocks, receiver };
}
