import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinearCounter } from '../../../src/tokens/tokenizer/linear-counter.ts';
import type { Encoding } from '../../../src/tokens/tokenizer/rank-list.ts';
import { counted, pair } from './oracle.ts';
import { realTexts } from './real-files.ts';
import { anyScript } from './strings.ts';

const linear = new LinearCounter('o200k_base');

/** The estimate of a text, as a share of the exact number. */
function share(text: string, encoding: Encoding): number {
  const { tokens } = counted(new LinearCounter(encoding), text);
  return tokens / counted(pair(encoding).counter, text).tokens;
}

/** Written for this test: nothing was fitted to them. */
const SENTENCES: readonly (readonly [language: string, sentence: string])[] = [
  ['English', 'Please send me the report before noon, because the meeting starts early tomorrow.'],
  [
    'French',
    "Veuillez m'envoyer le rapport avant midi, car la réunion commencera très tôt demain matin.",
  ],
  [
    'German',
    'Bitte schicken Sie mir den Bericht vor Mittag, denn die Besprechung fängt morgen früh an.',
  ],
  [
    'Spanish',
    'Por favor, envíame el informe antes del mediodía, porque la reunión empieza mañana temprano.',
  ],
  [
    'Portuguese',
    'Por favor, envie-me o relatório antes do meio-dia, porque a reunião começa cedo amanhã.',
  ],
  [
    'Italian',
    'Per favore, mandami la relazione prima di mezzogiorno, perché la riunione comincia presto domani.',
  ],
  [
    'Dutch',
    'Stuur me het verslag alsjeblieft voor twaalf uur, want de vergadering begint morgen vroeg.',
  ],
  ['Swedish', 'Skicka rapporten till mig före lunch, för mötet börjar tidigt i morgon bitti.'],
  [
    'Polish',
    'Proszę przesłać mi raport przed południem, ponieważ jutro wcześnie zaczyna się spotkanie.',
  ],
  ['Czech', 'Pošlete mi prosím zprávu do poledne, protože schůzka zítra začíná brzy ráno.'],
  [
    'Turkish',
    'Lütfen raporu öğleden önce bana gönderin, çünkü toplantı yarın sabah erken başlıyor.',
  ],
  [
    'Vietnamese',
    'Xin hãy gửi cho tôi bản báo cáo trước buổi trưa, vì cuộc họp ngày mai bắt đầu rất sớm.',
  ],
  [
    'Indonesian',
    'Tolong kirimkan laporan itu kepada saya sebelum tengah hari, karena rapat besok dimulai lebih awal.',
  ],
  ['Finnish', 'Lähetä minulle raportti ennen puoltapäivää, sillä kokous alkaa huomenna aikaisin.'],
  [
    'Russian',
    'Пожалуйста, пришлите мне отчёт до полудня, потому что совещание завтра начнётся рано.',
  ],
  ['Ukrainian', 'Будь ласка, надішліть мені звіт до полудня, бо завтра нарада почнеться рано.'],
  [
    'Greek',
    'Παρακαλώ στείλτε μου την αναφορά πριν από το μεσημέρι, γιατί η συνάντηση αρχίζει νωρίς αύριο.',
  ],
  ['Arabic', 'من فضلك أرسل لي التقرير قبل الظهر، لأن الاجتماع يبدأ غدا في وقت مبكر.'],
  ['Hebrew', 'בבקשה שלחו לי את הדוח לפני הצהריים, כי הישיבה מתחילה מחר מוקדם בבוקר.'],
  ['Persian', 'لطفاً گزارش را پیش از ظهر برایم بفرستید، چون جلسه فردا صبح زود شروع می\u200cشود.'],
  ['Hindi', 'कृपया मुझे दोपहर से पहले रिपोर्ट भेज दीजिए, क्योंकि बैठक कल सुबह जल्दी शुरू होगी।'],
  ['Bengali', 'দয়া করে দুপুরের আগে আমাকে প্রতিবেদনটি পাঠান, কারণ আগামীকাল সভা খুব সকালে শুরু হবে।'],
  [
    'Tamil',
    'தயவுசெய்து மதியத்திற்கு முன் அறிக்கையை எனக்கு அனுப்புங்கள், ஏனெனில் கூட்டம் நாளை காலையிலேயே தொடங்குகிறது.',
  ],
  ['Thai', 'กรุณาส่งรายงานให้ฉันก่อนเที่ยง เพราะการประชุมจะเริ่มแต่เช้าพรุ่งนี้'],
  ['Georgian', 'გთხოვთ, ანგარიში შუადღემდე გამომიგზავნოთ, რადგან შეხვედრა ხვალ ადრე იწყება.'],
  ['Chinese', '请在中午之前把报告发给我，因为明天的会议很早就开始。'],
  ['traditional Chinese', '請在中午之前把報告寄給我，因為明天的會議很早就開始。'],
  ['Japanese', '明日の会議は早く始まるので、正午までに報告書を送ってください。'],
  ['Korean', '내일 회의가 일찍 시작되니 정오 전에 보고서를 보내 주세요.'],
  [
    'Swahili',
    'Tafadhali nitumie ripoti kabla ya saa sita mchana, kwa sababu mkutano wa kesho utaanza mapema.',
  ],
  ['emoji', 'Great work 🎉 thank you all 🙏 see you tomorrow 👋 and bring coffee ☕'],
];

describe('the estimate without a vocabulary', () => {
  test.each(['o200k_base', 'cl100k_base'] as const)(
    'is within 5 % of the exact number for files of many kinds together, in %s',
    (encoding) => {
      expect(share(realTexts().join('\n'), encoding)).toBeCloseTo(1, 1);
    },
  );

  test.each(SENTENCES)('is within a quarter for a sentence in %s', (_language, sentence) => {
    expect(Math.abs(share(sentence, 'o200k_base') - 1)).toBeLessThan(0.25);
  });

  test.each(['o200k_base', 'cl100k_base'] as const)(
    'is 10 % off for a sentence on average, and leans to neither side, in %s',
    (encoding) => {
      const errors = SENTENCES.map(([, sentence]) => share(sentence, encoding) - 1);
      const mean = (values: readonly number[]): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(errors.map(Math.abs))).toBeLessThan(0.12);
      expect(Math.abs(mean(errors))).toBeLessThan(0.05);
    },
  );

  test('is within a tenth for numbers, of which a token takes up to three digits', () => {
    const numbers = '12 345 6789 0.25 2026-11-22 '.repeat(10);
    expect(Math.abs(share(numbers, 'o200k_base') - 1)).toBeLessThan(0.1);
  });
});

test('does not depend on the stretches that a text is read in', () => {
  fc.assert(
    fc.property(anyScript, fc.integer({ min: 1, max: 20 }), (text, budget) => {
      const stretches = counted(linear, text, budget);
      expect(stretches.tokens).toBeCloseTo(counted(linear, text).tokens, 9);
      expect(stretches.work).toBe(text.length);
    }),
    { seed: 1 },
  );
});

test('is never negative', () => {
  fc.assert(
    fc.property(anyScript, (text) => counted(linear, text).tokens >= 0),
    { seed: 2 },
  );
});
