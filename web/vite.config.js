import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where the gateway answers while one works on the pages: `npm run dev` passes calls on to it.
const gateway = process.env.LEADLIGHT_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '^/(leadlight|google)\\.[a-z]+\\.': gateway } },
  build: {
    outDir: process.env.LEADLIGHT_WEB_OUT ?? '../services/gateway/web',
    emptyOutDir: true,
    target: 'es2022',
    // The license texts of what is bundled, for those who are handed the built files.
    // Icons come through one file that names thousands: only those that are used are read.
    rolldownOptions: { experimental: { lazyBarrel: true } },
    license: { fileName: 'licenses.md' },
    modulePreload: { polyfill: false },
    // A data: URL in a script or style would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
