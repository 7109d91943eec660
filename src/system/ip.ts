import { BlockList, isIP } from "node:net";

/** 4 or 6; undefined where it is no address, but a name. */
export function ipVersion(address: string): 4 | 6 | undefined {
  const version = isIP(address);
  return version === 4 || version === 6 ? version : undefined;
}

/**
 * Says of an address, however it is written, whether it is one of these.
 * @param ranges addresses, and ranges such as `10.0.0.0/8`; names among them hold nothing
 */
export function withinRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const version = ipVersion(address);
    if (version !== undefined)
      list.addSubnet(address, Number(bits ?? (version === 4 ? 32 : 128)), version === 4 ? "ipv4" : "ipv6");
  }
  return (address) => {
    const version = ipVersion(address);
    return version !== undefined && list.check(address, version === 4 ? "ipv4" : "ipv6");
  };
}
