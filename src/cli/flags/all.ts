// The flags of both programs, for what both read: a profile may hold those of the other one too.
import type { FlagTable } from "../flag.ts";
import { administrationFlags } from "./administration.ts";
import { connectionFlags } from "./connection.ts";
import { consumeFlags, outputFlags } from "./consume.ts";
import { generalFlags } from "./general.ts";
import { handlerFlags } from "./handler.ts";
import { inputFlags } from "./input.ts";
import { publisherMeasureFlags } from "./measure.ts";
import { propertyFlags } from "./properties.ts";
import { publisherFlags, publisherOutputFlags } from "./publish.ts";
import { rpcFlags } from "./rpc.ts";
import { keepFlags, selectFlags } from "./select.ts";
import { tlsFlags } from "./tls.ts";
import { consumerTopologyFlags, publisherTopologyFlags } from "./topology.ts";

/** Every flag that has an effect in one of the programs. A flag that differs between them stands here as either. */
export const allFlags: FlagTable = {
  ...inputFlags,
  ...propertyFlags,
  ...publisherFlags,
  ...publisherOutputFlags,
  ...rpcFlags,
  ...publisherMeasureFlags,
  ...consumeFlags,
  ...selectFlags,
  ...handlerFlags,
  ...outputFlags,
  ...keepFlags,
  ...publisherTopologyFlags,
  ...consumerTopologyFlags,
  ...administrationFlags,
  ...connectionFlags,
  ...tlsFlags,
  ...generalFlags,
};
