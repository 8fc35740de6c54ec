/**
 * What the receiving half of a port (receiver.ts) knows: whom it follows, the messages of that master that are under way, and
 * how far the path to it has been measured.
 */
import { idleDelayExchange, type DelayExchange } from '../../exchange/delay-exchange.js';
import type { PathDelays } from '../../exchange/path-delay.js';
import { newSyncExchange } from '../../exchange/sync-exchange.js';
import type { SyncExchange, SyncMeasurement } from '../../exchange/sync-exchange.js';
import type { PeerAddress } from '../../io.js';
import { samePortIdentity, type PortIdentity } from '../../time/identity.js';
import type { Instant } from '../../time/instant.js';

/** Path delays whose median is right although two of them were held up, for a clock that has a time to go on with meanwhile. */
export const robustPathDelays = 5;

/** The master that is followed. */
export interface FollowedMaster {
  readonly portIdentity: PortIdentity;
  readonly address: PeerAddress & { readonly kind: 'unicast' };
}

/** What exists only while a master is followed. */
export interface Following {
  readonly master: FollowedMaster;
  readonly sync: SyncExchange;
  readonly delay: DelayExchange;
}

export type Measuring =
  | { readonly kind: 'idle' }
  /** The path to the master is not known well enough yet. `latestSync`: Delay_Req messages are being sent. */
  | (Following & {
      readonly kind: 'measuringPath';
      readonly latestSync?: SyncMeasurement;
      readonly syncs?: readonly SyncMeasurement[];
      readonly pathDelays?: PathDelays;
    })
  /** Every Sync gives an offset. */
  | (Following & {
      readonly kind: 'calibrated';
      readonly latestSync: SyncMeasurement;
      /** The latest ones, oldest first: a Delay_Req goes with the one that is nearest to it. */
      readonly syncs?: readonly SyncMeasurement[];
      readonly pathDelays: PathDelays;
    });

/** Syncs that are remembered for the answers that are still under way. */
const maxRememberedSyncs = 16;

export function withRemembered(
  syncs: readonly SyncMeasurement[] | undefined,
  sync: SyncMeasurement,
): readonly SyncMeasurement[] {
  return [...(syncs ?? []), sync].slice(-maxRememberedSyncs);
}

/** Of those the one that came nearest to that time: the farther it is, the more the rate of the clock counts. */
export function nearestTo(
  time: Instant,
  syncs: readonly SyncMeasurement[] | undefined,
  latest: SyncMeasurement,
): SyncMeasurement {
  const distance = ({ syncEventIngressTimestamp }: SyncMeasurement) => {
    const between = syncEventIngressTimestamp - time;
    return between < 0n ? -between : between;
  };
  return (syncs ?? []).reduce(
    (nearest, sync) => (distance(sync) < distance(nearest) ? sync : nearest),
    latest,
  );
}

export type WithMaster = Extract<Measuring, Following>;

export interface ReceiverState {
  readonly measuring: Measuring;
  /** sequenceId of the next Delay_Req, and the context of its transmit time stamp. */
  readonly delayReqSequenceId: number;
  readonly logMinDelayReqInterval: number;
}

export function initialReceiverState(
  settings: Pick<ReceiverState, 'logMinDelayReqInterval'>,
): ReceiverState {
  return {
    measuring: { kind: 'idle' },
    delayReqSequenceId: 0,
    logMinDelayReqInterval: settings.logMinDelayReqInterval,
  };
}

/** From here on that master is followed; nothing that was measured before counts. */
export function followMaster(
  { logMinDelayReqInterval }: Pick<ReceiverState, 'logMinDelayReqInterval'>,
  state: ReceiverState,
  master: FollowedMaster,
): ReceiverState {
  const { measuring: before } = state;
  const same = isFromMaster(before, master.portIdentity) ? before.sync : undefined;
  const following: Following = { master, sync: newSyncExchange(same), delay: idleDelayExchange };
  return {
    ...state,
    measuring: { kind: 'measuringPath', ...following },
    // What another master has told of it is not this one's.
    logMinDelayReqInterval:
      same === undefined ? logMinDelayReqInterval : state.logMinDelayReqInterval,
  };
}

/** The path is not known any more: its delays have stayed away for too long. */
export function forgetPath(state: ReceiverState): ReceiverState {
  const { measuring } = state;
  if (measuring.kind !== 'calibrated') return state;
  const { master, sync, delay, latestSync, syncs = [] } = measuring;
  return {
    ...state,
    measuring: { kind: 'measuringPath', master, sync, delay, latestSync, syncs },
  };
}

/** The master has that address now: the next Delay_Req goes there. */
export function withMasterAddress(
  state: ReceiverState,
  address: FollowedMaster['address'],
): ReceiverState {
  const { measuring } = state;
  if (measuring.kind === 'idle') return state;
  const master = { ...measuring.master, address };
  return { ...state, measuring: { ...measuring, master } };
}

export function isFromMaster(measuring: Measuring, source: PortIdentity): measuring is WithMaster {
  return measuring.kind !== 'idle' && samePortIdentity(source, measuring.master.portIdentity);
}
