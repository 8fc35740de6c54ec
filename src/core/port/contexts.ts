/** The parts of a port send event messages, each with contexts of its own; here they share those of the port. */
import type { Output } from '../io.js';
import { peerDelayContexts } from './link.js';
import { transmitterContexts } from './transmitter.js';

/** Above those of Sync. */
export const firstReceiverContext = transmitterContexts;

/** Above those of Sync and those of Delay_Req, which are sequenceIds of 16 bits. */
export const firstLinkContext = transmitterContexts + peerDelayContexts;

/** A part of a port counts its contexts from 0; in the port's they begin at `first`. */
export function withContextsFrom(first: number, output: Output): Output {
  return output.kind === 'sendEvent' ? { ...output, context: output.context + first } : output;
}

/** Which part of a port has sent the event message with that context. */
export function senderOf(context: number): 'transmitter' | 'receiver' | 'link' {
  if (context < firstReceiverContext) return 'transmitter';
  return context < firstLinkContext ? 'receiver' : 'link';
}
