/** A long-term support line of HAProxy; the newest of the line is taken when the proxy is set up. */
export const proxyImage = "haproxy:3.2";

/**
 * The proxy's container, as a compose file of its own. Root inside with the few rights that binding port 80 and giving
 * up root need; the processes that see traffic run as `haproxy`.
 *
 * Its socket is open to all, in a folder (`run`, 0700) that only the deploy user can enter.
 *
 * It uses the host's network: a proxy on a bridge network loses requests whenever it joins another one (25 of 5,299,
 * measured), because Docker moves its default route.
 */
export const proxyCompose = `# Written by Wherry.
services:
  proxy:
    image: ${proxyImage}
    container_name: wherry-proxy
    network_mode: host
    restart: always
    user: root
    cap_drop: [ALL]
    cap_add: [CHOWN, DAC_OVERRIDE, KILL, NET_BIND_SERVICE, SETGID, SETUID]
    security_opt: ["no-new-privileges:true"]
    read_only: true
    stop_signal: SIGUSR1
    command: [haproxy, -W, -db, -S, "/wherry/run/master.sock,mode,666", -f, /wherry/haproxy.cfg]
    volumes: ["\${WHERRY_PROXY_FOLDER}:/wherry"]
    labels: { wherry.role: proxy }
    logging: { driver: json-file, options: { max-size: 10m, max-file: "5" } }
`;
