import type { MoneySign } from './money-sign.ts';

/** Of messages in other languages. Bounded, so that they take linear time. */
export const SIGNS_ABROAD: readonly MoneySign[] = [
  {
    hosts: 'Zhipu, new-api, Volcengine, DashScope, DeepSeek',
    source: 'langgenius/dify#5850; QuantumNous/new-api#6929; volcengine.com/docs/82379/1299023',
    counts: 'unwindowed',
    words:
      /[余餘][额額]不足|欠[费費]|(?:额度|額度|配额|资源包|套餐|余额)[^。\n]{0,8}(?:不足|用尽|用完|耗尽|过期|到期)|[账帳][户戶号號][^。\n]{0,8}(?:停用|冻结|锁定)|逾期|预扣费额度失败/,
  },
  {
    hosts: 'Zhipu and others: what to do about it',
    source: 'langgenius/dify#5850',
    counts: 'bare',
    words: /充值|儲值|续费/,
  },
  {
    hosts: 'gateways in German',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /\bGuthaben\b[^.\n]{0,30}(?:aufgebraucht|erschöpft|reicht nicht|nicht aus|zu niedrig)|\b(?:nicht genug|nicht genügend|unzureichendes|kein) Guthaben\b/i,
  },
  {
    hosts: 'gateways in Spanish, Portuguese and French',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /\b(?:saldo|fondos|solde|fonds|cr[eé]di(?:t|to)s?) (?:es |est |sont |están? )?(?:insufici?en|insuffisan|agotad|esgotad|[eé]puis[eé])|\bsin (?:saldo|fondos|cr[eé]ditos?)\b/i,
  },
  {
    hosts: 'gateways in Italian, Dutch and Turkish',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /\b(?:credito|saldo)\b[^.\n]{0,12}(?:esaurit|insufficient)|\btegoed\b[^.\n]{0,20}\b(?:op|onvoldoende)\b|\bonvoldoende (?:tegoed|saldo)\b|\bbakiye(?:niz)? yetersiz|\byetersiz bakiye/i,
  },
  {
    hosts: 'gateways in Russian',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /недостаточно (?:средств|кредитов|денег)|(?:баланс|средства|кредиты)[^.\n]{0,12}(?:исчерпан|закончил)/i,
  },
  {
    hosts: 'gateways in Japanese and Korean',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /(?:残高|クレジット)[^。\n]{0,6}(?:不足|足りません|使い切)|(?:잔액|크레딧)[^.\n]{0,4}(?:부족|소진)/,
  },
  {
    hosts: 'gateways in Polish, Ukrainian, Swedish, Vietnamese, Indonesian, Thai, Arabic and Hindi',
    source: 'a guess',
    counts: 'unwindowed',
    words:
      /niewystarczając.{1,3} (?:środk|saldo)|brak środków|недостатньо коштів|số dư không đủ|hết tiền|saldo (?:anda )?(?:tidak (?:men)?cukup|habis)|otillräckligt saldo|ยอดเงิน.{0,9}ไม่(?:เพียง)?พอ|رصيد.{0,12}غير كاف|अपर्याप्त शेष/i,
  },
];
