import type { ServerAddress } from "../config/index.ts";
import type { Context } from "../system/index.ts";
import type { Connection } from "./connection.ts";
import { connectLocal } from "./local.ts";
import { connectSsh } from "./ssh.ts";

/** Opens a server for the time of `use`. Nothing is sent before the first script. */
export async function withConnection<T>(
  ctx: Context,
  address: ServerAddress,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (address.kind === "local") return use(connectLocal(ctx));
  // A socket's path may have 104 bytes at most; a temporary folder is short enough.
  return ctx.files.withTemporaryFolder(async (folder) => {
    const connection = await connectSsh(ctx, address, folder);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  });
}
