/** An instance of the core, and what of the data plane it takes part in. */
import type { Input, Output } from '../../core/io.js';
import type { MessageType } from '../../core/wire/header.js';
import type { MessageKey } from '../../native/data-plane.js';
import type { Encapsulation } from './encapsulation.js';

/** Any instance of src/core/instance. */
export interface CoreInstance {
  step(input: Input): readonly Output[];
}

/**
 * The transport of an instance on a port, and its IP address there; the MAC address comes from the data plane. `vlanId`
 * is the VLAN in which its messages are tagged. Without it messages are untagged both ways; with `any` the instance takes
 * messages of every VLAN and sends untagged.
 */
export type PortTransport = { readonly vlanId?: number | 'any' } & (
  | { readonly transport: 'l2' }
  | { readonly transport: 'udp4'; readonly ip: string }
  | { readonly transport: 'udp6'; readonly ip: string }
);

/** An instance, and what of the data plane it takes part in. */
export interface Attachment {
  /** For messages to the operator: "bc of domain 0". */
  readonly name: string;
  readonly instance: CoreInstance;
  /** Of its profile. */
  readonly encapsulation: Encapsulation;
  /** By the data plane's port; undefined where the instance has none. */
  readonly ports: readonly (PortTransport | undefined)[];
  /** The instance gets messages of these types only; of all types unless set. */
  readonly messageTypes?: readonly MessageType[];
  /** The instance gets only messages for which this is true; all unless set. */
  readonly accepts?: (key: MessageKey, messageType: MessageType | undefined) => boolean;
  /** The instance gets every Sync that a transparent clock forwards (`syncObserved`), whatever port it came in by. */
  readonly observesSyncs?: boolean;
}
