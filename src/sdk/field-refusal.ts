import { member, parseJson } from '../model/json.ts';

/** Gateways pass on so what a host behind them refuses (BerriAI/litellm#9916). */
const SERVER = 500;
const OUR_FIELD = /stream.{0,3}options|include.{0,3}usage/i;

/**
 * Whether an error names `stream_options` or `include_usage`, in any language and spelling. One of the
 * server must also say what is wrong with it: others repeat the whole request.
 */
export function isAboutUsage(status: number, body: string): boolean {
  return OUR_FIELD.test(body) && (status < SERVER || UNKNOWN.test(body));
}

/** A thing that a request holds, and what is wrong with it. In any order, within one message. */
const FIELD =
  /field|input|param|argument|propert|attribute|\bkeys?\b|\boptions?\b|schema|feld|eigenschaft|champ|paramètre|propriété|campo|parámetro|propiedad|parâmetro|propriedade|proprietà|параметр|поле|свойств|参数|參數|字段|欄位|パラメ|フィールド|プロパティ|매개\s?변수|파라미터|필드|속성/i;
const UNKNOWN =
  /extra|additional|unknown|unrecogni[sz]ed|unexpected|unsupported|undefined|invalid|illegal|not (?:permitted|allowed|supported|recogni[sz]ed|valid|expected)|forbidden|unbekannt|unzulässig|ungültig|nicht (?:erlaubt|unterstützt|zulässig)|zusätzlich|inconnu|invalide|non (?:reconnu|autorisé|pris en charge|riconosciut|consentit|support|valid)|desconocid|desconhecid|no (?:permitid|admitid|reconocid|soportad|válid)|não (?:permitid|suportad|reconhecid)|inválid|sconosciut|неизвестн|недопустим|не поддержива|неверн|未知|不支持|不支援|无效|無效|非法|错误|錯誤|多余|未定义|不明|無効|サポートされ|許可され|認識でき|알 수 없|지원(?:하지|되지)|잘못된|허용되지|유효하지/i;

/**
 * Whether an error says that the request holds something that the host doesn't know, without naming
 * it. An error that names another parameter is about that one.
 */
export function isUnknownField(status: number, body: string): boolean {
  if (status !== 400 && status !== 422) return false;
  const json = parseJson(body);
  const named = member(json, 'error', 'param') ?? member(json, 'param');
  if (typeof named === 'string' && named !== '') return false;
  return FIELD.test(body) && UNKNOWN.test(body);
}
