/** What a port in the MASTER state answers to a Delay_Req (clauses 9.5.12, 11.3). */
import type { Output, PeerAddress } from '../io.js';
import { difference } from '../time/time-interval.js';
import { timestampFromInstant } from '../time/timestamp.js';
import { encode } from '../wire/message.js';
import {
  discarded,
  headerOf,
  intervalTold,
  unicastFlag,
  type PortSettings,
  type ReceivedMessage,
} from './port.js';

export interface DelayResponderSettings extends PortSettings {
  /** What Delay_Resp asks its receivers to keep to. */
  readonly logMinDelayReqInterval: number;
}

/** @param received its ingressTimestamp is PTP time */
export function respondToDelayReq(
  settings: DelayResponderSettings,
  { message, ingressTimestamp, source, toUnicast }: ReceivedMessage,
): Output {
  if (message.messageType !== 'Delay_Req') return discarded(settings, 'ignoredMessageType');
  if (ingressTimestamp === undefined) return discarded(settings, 'noIngressTimestamp');
  const destination: PeerAddress = toUnicast ? source : { kind: 'multicast' };
  const { timestamp, fraction } = timestampFromInstant(ingressTimestamp);
  const delayResp = encode({
    messageType: 'Delay_Resp',
    header: headerOf(settings, 'Delay_Resp', {
      flagField: unicastFlag(destination),
      // 11.3.2: the Delay_Req's, less the fraction that receiveTimestamp cannot hold
      correctionField: difference(message.header.correctionField, fraction),
      sequenceId: message.header.sequenceId,
      logMessageInterval: intervalTold(settings.logMinDelayReqInterval, destination),
    }),
    receiveTimestamp: timestamp,
    requestingPortIdentity: message.header.sourcePortIdentity,
    tlvs: [],
  });
  return { kind: 'sendGeneral', port: settings.port, message: delayResp, destination };
}
