/** Which received messages concern a port at all: well formed, of its domain and sdoId, not its own (9.5.1, 9.5.2.2). */
import type { Input } from '../io.js';
import { samePortIdentity } from '../time/identity.js';
import { decode } from '../wire/message.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { PortSettings, ReceivedMessage } from './port.js';

export function admit(
  settings: PortSettings,
  input: Extract<Input, { kind: 'message' }>,
): ReceivedMessage | DiscardReason {
  const result = decode(input.message);
  if (!result.ok) return result.reason;
  const { header } = result.message;
  if (header.domainNumber !== settings.domainNumber) return 'otherDomain';
  if (header.sdoId !== settings.sdoId) return 'otherSdoId';
  if (header.sourcePortIdentity.clockIdentity === settings.portIdentity.clockIdentity) {
    return 'ownMessage';
  }
  return { ...input, message: result.message };
}

/** Of an Announce that this very instance has sent by another of its ports: that port's number (9.5.2.2). */
export function ownAnnouncer(
  settings: PortSettings,
  input: Extract<Input, { kind: 'message' }>,
): number | undefined {
  const result = decode(input.message);
  if (!result.ok || result.message.messageType !== 'Announce') return undefined;
  const { sourcePortIdentity: sender } = result.message.header;
  if (sender.clockIdentity !== settings.portIdentity.clockIdentity) return undefined;
  return samePortIdentity(sender, settings.portIdentity) ? undefined : sender.portNumber;
}
