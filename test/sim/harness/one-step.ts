/** A time source with one-step hardware: its Syncs say so, and no Follow_Up comes. */
import type { Output } from '../../../src/core/io.js';
import { Flag } from '../../../src/core/wire/header.js';
import { decode, encode } from '../../../src/core/wire/message.js';
import type { CoreInstance } from '../../../src/daemon/runtime/attachment.js';

/** The originTimestamp is the hardware's to write as the Sync leaves (TimestampingModel.oneStep). */
export function oneStep(clock: CoreInstance): CoreInstance {
  return { step: (input) => clock.step(input).flatMap(asOneStep) };
}

function asOneStep(output: Output): readonly Output[] {
  if (output.kind !== 'sendEvent' && output.kind !== 'sendGeneral') return [output];
  const result = decode(output.message);
  if (!result.ok) throw new Error(result.reason);
  const { message } = result;
  if (message.messageType === 'Follow_Up') return [];
  if (message.messageType !== 'Sync') return [output];
  const flagField = message.header.flagField & ~Flag.twoStep;
  return [{ ...output, message: encode({ ...message, header: { ...message.header, flagField } }) }];
}
