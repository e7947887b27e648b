import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import { type Spans, spansIn, UNITS, units } from './time-span.ts';

/** Time spans in English and in other languages, as they stand in messages. */
export const SPANS: Spans = spansIn({
  ...UNITS,
  ...units(1, '毫秒'),
  ...units(SECOND_MS, '秒 秒钟 秒鐘 초 sekunde sekunden seconde secondes seconden'),
  ...units(SECOND_MS, 'segundo segundos secondo secondi sekundy sekund saniye detik giây'),
  ...units(SECOND_MS, 'секунду секунды секунди секунд сек'),
  ...units(SECOND_MS, 'sekunder วินาที ثانية ثوان सेकंड'),
  ...units(MINUTE_MS, '分 分钟 分鐘 분 minuten minuut minuto minutos minuti'),
  ...units(MINUTE_MS, 'minuty minut dakika menit phút'),
  ...units(MINUTE_MS, 'минуту минуты минут мин хвилину хвилини хвилин'),
  ...units(MINUTE_MS, 'minuter minutter นาที دقيقة دقائق मिनट'),
  ...units(HOUR_MS, '小时 小時 時間 시간 stunde stunden heure heures hora horas uur'),
  ...units(HOUR_MS, 'godziny godzin saat jam giờ час часа часов годину години годин'),
  ...units(HOUR_MS, 'timmar timer ชั่วโมง ساعة ساعات घंटे'),
  ...units(DAY_MS, '天'),
});
