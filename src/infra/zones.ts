/** A host in one of several DNS zones. */
export interface Placed<T> {
  readonly host: string;
  readonly zone: T;
  /** As zones write it: `www`, and `@` for the zone itself. */
  readonly name: string;
}

/** Each host that has a zone among these, in the nearest one. */
export function placeHosts<T extends { readonly name: string }>(
  hosts: readonly string[],
  zones: readonly T[],
): readonly Placed<T>[] {
  const longestFirst = zones.toSorted((a, b) => b.name.length - a.name.length);
  return hosts.flatMap((host) => {
    const zone = longestFirst.find(({ name }) => host === name || host.endsWith(`.${name}`));
    if (zone === undefined) return [];
    return [{ host, zone, name: host === zone.name ? "@" : host.slice(0, -zone.name.length - 1) }];
  });
}

/** `www` in `example.com` is the host `www.example.com`. */
export function hostOf(name: string, zone: string): string {
  return name === "@" ? zone : `${name}.${zone}`;
}
