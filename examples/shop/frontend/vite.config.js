import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // `npm run dev`, with the back end of `docker compose up`.
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
