/** The Delay_Req of a port, and when it is sent (clauses 9.5.11, 11.3). */
import type { Output, PeerAddress } from '../../io.js';
import { isWithin, type Range } from '../../profile/profile.js';
import { durationNs, durationOfLogInterval } from '../../time/instant.js';
import { difference, zeroTimeInterval, type TimeInterval } from '../../time/time-interval.js';
import { zeroTimestamp } from '../../time/timestamp.js';
import { noLogMessageInterval } from '../../wire/header.js';
import { encode, type MessageOf } from '../../wire/message.js';
import { headerOf, timersOf, unicastFlag, type PortSettings } from '../port.js';

export function delayReq(
  settings: PortSettings & { readonly delayAsymmetry?: TimeInterval },
  destination: PeerAddress,
  sequenceId: number,
): Uint8Array {
  return encode({
    messageType: 'Delay_Req',
    header: headerOf(settings, 'Delay_Req', {
      flagField: unicastFlag(destination),
      // 11.6.3: comes back in the Delay_Resp.
      correctionField: difference(zeroTimeInterval, settings.delayAsymmetry ?? zeroTimeInterval),
      sequenceId,
      logMessageInterval: noLogMessageInterval, // table 42
    }),
    originTimestamp: zeroTimestamp,
    tlvs: [],
  });
}

/** 9.5.11.2: uniform between 0 and twice the interval, so that many slaves do not ask in step. */
export function delayReqTimer(
  settings: PortSettings & { readonly random: () => number },
  logMinDelayReqInterval: number,
): Output {
  const mean = durationOfLogInterval(logMinDelayReqInterval);
  return {
    kind: 'setTimer',
    timer: timersOf(settings).delayReq,
    after: durationNs(2 * mean * settings.random()),
  };
}

/**
 * 7.7.2.4, 9.5.11.2: the master tells a group how often it wants to be asked. It is obeyed within limits: without a lower one it
 * could have itself asked as often as it likes, without an upper one the path would not be known any more.
 */
export function toldInterval(
  {
    profile,
    toldLogMinDelayReqInterval,
  }: PortSettings & { readonly toldLogMinDelayReqInterval?: Range },
  message: MessageOf<'Delay_Resp'>,
): number | undefined {
  const { logMessageInterval } = message.header;
  if (!isWithin(profile.believableLogInterval, logMessageInterval)) return undefined;
  const { min, max } = toldLogMinDelayReqInterval ?? profile.measurement.toldLogMinDelayReqInterval;
  return Math.min(max, Math.max(min, logMessageInterval));
}

/** Requests of one second: an answer that takes longer is of no use. Where they are rare, a few of them. */
export function delayReqsUnderWay(logMinDelayReqInterval: number): number {
  return Math.max(leastUnderWay, 2 ** -logMinDelayReqInterval);
}

const leastUnderWay = 4;
