// Builds the console's web app; the server serves it from dist.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@fenghuo/source', 'browser', 'module', 'import'] },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
});
