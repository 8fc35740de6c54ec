/** Which received messages concern a port at all: well formed, of its domain and sdoId, not its own (9.5.1, 9.5.2.2). */
import type { Input } from '../io.js';
import { samePortIdentity } from '../time/identity.js';
import type { Header } from '../wire/header.js';
import { decode, type Message } from '../wire/message.js';
import type { DiscardReason } from '../exchange/discard-reason.js';
import type { PortSettings, ReceivedMessage } from './port.js';

/** @param takesAnyway whether the port takes a message although it is of another domain or sdoId */
export function admit(
  settings: PortSettings,
  input: Extract<Input, { kind: 'message' }>,
  takesAnyway: (message: Message) => boolean = () => false,
): ReceivedMessage | DiscardReason {
  const result = decode(input.message);
  if (!result.ok) return result.reason;
  const { header } = result.message;
  const foreign = foreignTo(settings, header);
  if (foreign !== undefined && !takesAnyway(result.message)) return foreign;
  if (header.sourcePortIdentity.clockIdentity === settings.portIdentity.clockIdentity) {
    return 'ownMessage';
  }
  const { message, isMalformed } = result;
  return { ...input, message, ...(isMalformed && { isMalformed }) };
}

function foreignTo(
  { domainNumber, sdoId }: PortSettings,
  header: Header,
): 'otherDomain' | 'otherSdoId' | undefined {
  if (header.domainNumber !== domainNumber) return 'otherDomain';
  return header.sdoId === sdoId ? undefined : 'otherSdoId';
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
