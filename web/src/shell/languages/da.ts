import type { MessageFiles } from '@/i18n';

export default {
  ...import.meta.glob<Record<string, unknown>>('../../pages/*/messages/da.json', {
    eager: true,
    import: 'default',
  }),
  ...import.meta.glob<Record<string, unknown>>('../messages/da.json', { eager: true, import: 'default' }),
} satisfies MessageFiles;
