import type { MessageFiles } from '@/i18n';

export default {
  ...import.meta.glob<Record<string, unknown>>('../../pages/*/messages/sv.json', {
    eager: true,
    import: 'default',
  }),
  ...import.meta.glob<Record<string, unknown>>('../messages/sv.json', { eager: true, import: 'default' }),
} satisfies MessageFiles;
