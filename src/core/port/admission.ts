/** Which received messages concern a port at all: well formed, of its domain and sdoId, not its own (9.5.1, 9.5.2.2). */
import type { Input } from '../io.js';
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
