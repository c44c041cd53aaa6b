import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

/** Messages by the path of their file, as import.meta.glob gives them. */
export type MessageFiles = Record<string, Record<string, unknown>>;

export const LANGUAGES = { en: 'English', da: 'Dansk', nb: 'Norsk', sv: 'Svenska', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = 'leadlight.language';
// One chunk a language: a reader fetches the one they read.
const LOADERS: Record<Language, () => Promise<{ default: MessageFiles }>> = {
  en: () => import('./shell/languages/en'),
  da: () => import('./shell/languages/da'),
  nb: () => import('./shell/languages/nb'),
  sv: () => import('./shell/languages/sv'),
  zh: () => import('./shell/languages/zh'),
};

/** Sets up translation in the language chosen here before, else the browser's, else English. */
export async function startTranslation(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'none',
    fallbackLng: false,
    defaultNS: 'shell',
    interpolation: { escapeValue: false }, // React does it
    resources: {},
  });
  await showLanguage(chosen());
}

/** Shows everything in another language, now and at the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await showLanguage(language);
}

async function showLanguage(language: Language): Promise<void> {
  const files = (await LOADERS[language]()).default;
  for (const [path, messages] of Object.entries(files)) {
    // "../../pages/leads/messages/en.json" is the namespace "leads", the shell's own file is "shell".
    const namespace = /pages\/([^/]+)\//.exec(path)?.[1] ?? 'shell';
    i18next.addResourceBundle(language, namespace, messages);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

function chosen(): Language {
  for (const wanted of [localStorage.getItem(STORED), ...navigator.languages]) {
    const language = wanted?.toLowerCase().split('-')[0];
    if (language === 'no' || language === 'nn') return 'nb';
    if (language && language in LANGUAGES) return language as Language;
  }
  return 'en';
}
