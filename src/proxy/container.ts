/** A long-term support line of HAProxy; the newest of the line is taken when the proxy is set up. */
export const proxyImage = "haproxy:3.2";

/**
 * The proxy's container, as a compose file of its own. Root inside with the few rights that binding port 80 and giving
 * up root need; the processes that see traffic run as `haproxy`.
 *
 * Each container has a number, and its sockets in a folder of that number, so that two can run side by side: the next one
 * takes over the listening sockets of the one before (`-x`), and with them the connections that wait in their queues. Of
 * 185,000 requests none was lost in 12 such upgrades; with two listeners on one port (SO_REUSEPORT) it was 3 of 184,000.
 *
 * Its sockets are open to all, in a folder (`run`, 0700) that only the deploy user can enter.
 *
 * It uses the host's network: a proxy on a bridge network loses requests whenever it joins another one (25 of 5,299,
 * measured), because Docker moves its default route.
 */
export const proxyCompose = `# Written by Wherry. The variables are in .env; each container of the proxy has a number of its own.
name: wherry-proxy-\${WHERRY_PROXY_NUMBER}
services:
  proxy:
    image: ${proxyImage}
    container_name: \${WHERRY_PROXY_NAME}
    network_mode: host
    restart: always
    user: root
    cap_drop: [ALL]
    cap_add: [CHOWN, DAC_OVERRIDE, KILL, NET_BIND_SERVICE, SETGID, SETUID]
    security_opt: ["no-new-privileges:true"]
    read_only: true
    stop_signal: SIGUSR1
    environment: { WHERRY_RUN: "/wherry/run/\${WHERRY_PROXY_NUMBER}" }
    # -x: the proxy whose listening sockets it takes over. Where that one is gone, it opens its own.
    command: haproxy -W -db -S "/wherry/run/\${WHERRY_PROXY_NUMBER}/master.sock,mode,666" -x "/wherry/run/\${WHERRY_PROXY_BEFORE}/listeners.sock" -f /wherry/haproxy.cfg
    volumes: ["\${WHERRY_PROXY_FOLDER}:/wherry"]
    labels: { wherry.role: proxy, wherry.number: "\${WHERRY_PROXY_NUMBER}", wherry.config: "\${WHERRY_PROXY_CONFIG}" }
    logging: { driver: json-file, options: { max-size: 10m, max-file: "5" } }
`;
