"""The look of the labelling pages."""

# Label Studio puts this into the page as it stands; `lsf-`, `htx-` and `ant-` are its own classes.
# XML would write a sign for "child of" as `&gt;`, which is no style: there is none.
# The colours of a label must be readable on its light and its dark page.
STYLE = """
.wc-tools { position: sticky; top: 0; z-index: 5; margin: -14px -14px 0; padding: 10px 26px 8px;
  border-bottom: 1px solid #8886; background: var(--color-neutral-background, #fff); }
.wc-tools h3, .wc-tools h4, .wc-sides h4, .wc-panel h4 { margin: 0 0 6px !important; }
.wc-number h4, .wc-answer h4, .wc-few h4, .wc-names h4, .wc-line h4 { margin: 0 !important; }
.wc-target h3 { unicode-bidi: plaintext; text-align: start; }
.wc-questions { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.wc-pair .wc-questions { display: grid; grid-template-columns: 1fr 1fr; }
.wc-questions h4, .wc-sides h4, .wc-number h4, .wc-answer h4, .wc-panel h4 { font-size: 14px; line-height: 20px; }

.wc-spans .lsf-labels { display: block; margin: 0; }
.wc-row { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 6px; }
.wc-spans .lsf-label { margin: 0; min-width: 149px; justify-content: space-between; font-size: 13px; }
.wc-pair .wc-spans .lsf-labels { display: flex; flex-wrap: wrap; column-gap: 6px; }

.wc-tools.wc-dense .wc-questions { display: flex; gap: 4px 14px; }
.wc-dense .wc-spans .lsf-labels { display: flex; flex-wrap: nowrap; align-items: flex-start;
  gap: 0 14px; }
.wc-line { display: grid; grid-template-columns: 102px repeat(4, 26px); column-gap: 2px; align-items: center;
  height: 19px; }
.wc-line h4 { font-size: 12px; font-weight: 400; line-height: 19px; white-space: nowrap; }
.wc-line.wc-head { height: 26px; align-items: end; }
.wc-head h4 { font-size: 9px; line-height: 11px; text-align: center; white-space: normal; letter-spacing: -.3px; }
.wc-head h4:first-child { grid-column: 2; }
.wc-dense .wc-spans .lsf-label { min-width: 0; height: 17px; padding: 0; border-left-width: 0; font-size: 12px;
  justify-content: center; }
.wc-dense .lsf-label__hotkey { display: none; }

.wc-choices { display: flex; flex-direction: column; gap: 8px; }
.wc-choice .lsf-choices { display: grid; grid-auto-flow: column; grid-template-rows: repeat(5, auto);
  justify-content: start; column-gap: 8px; margin: 0; }
.wc-few { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: center; }
.wc-few .lsf-choices { display: flex; flex-wrap: wrap; }
.wc-choice .lsf-choice, .wc-names .lsf-choice { line-height: 20px; margin: 0; font-size: 13px; }
.wc-choice .lsf-hint { top: 0; font-size: 13px; opacity: .7; margin-left: 5px; }

.wc-names { min-height: 56px; max-width: 460px; }
.wc-naming { display: flex; flex-wrap: wrap; gap: 0 10px; align-items: center; }
.wc-questions .wc-names h4 { font-size: 13px; font-weight: 400; line-height: 24px; }
.wc-nobody h4 { opacity: .7; }
.wc-names .lsf-choices { display: contents; }
.wc-names .lsf-hint { top: 0; font-size: 11px; opacity: .7; margin-left: 3px; }
.wc-names .lsf-text-area { margin: 0 !important; width: 190px; }
.wc-names .ant-form-item, .wc-answer .ant-form-item { margin: 0; }
.wc-names input { height: 24px; padding: 0 8px; }
.wc-names input, .wc-answer :is(input, textarea) { unicode-bidi: plaintext; text-align: start; }

.wc-title { padding: 0 12px; max-width: 66ch; }
.wc-title h3 { margin: 14px 0 -6px !important; white-space: normal; unicode-bidi: plaintext; text-align: start; }
.wc-text { padding: 14px 12px; max-width: 72ch; font-size: 17px; }
.wc-text .lsf-richtext__container { font-size: inherit; line-height: 1.7; }
.wc-text .lsf-richtext__line { display: inline-block; width: 100%; margin-bottom: .5em; padding: 0;
  unicode-bidi: plaintext; text-align: start; }
.wc-text .htx-highlight { position: relative; border-radius: 3px; }
.wc-text .htx-highlight.htx-no-label::after { display: block; position: absolute; left: 0; top: -8px; padding: 0;
  font: 600 10px/1 sans-serif; white-space: nowrap; pointer-events: none;
  color: var(--color-neutral-content, #333); }
.wc-sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; padding: 10px 12px 0; }
.wc-sides .wc-text { padding: 6px 0 0; }
.wc-context { opacity: .65; user-select: none; }
.wc-sides .wc-context, .wc-whole .wc-context { font-size: 15px; }
.wc-whole .wc-context { padding: 8px 12px 0; }

.wc-beside { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 0 16px; }
.wc-panels { padding: 14px 12px 0; }
.wc-pair.wc-panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 0 16px; }
.wc-panel { margin-bottom: 12px; padding: 6px 10px; border: 1px solid #8886; border-radius: 4px; }
.wc-panel .wc-text { padding: 0; font-size: 13px; opacity: 1; }
.wc-panel .lsf-richtext__container { line-height: 1.5; }

.wc-number, .wc-answer { padding: 10px 12px; display: flex; gap: 12px; align-items: center; }
.wc-answer .lsf-text-area { flex: 1; max-width: 56ch; margin: 0 !important; }
.lsf-modal-ls__body :is(p, ol, ul) { margin-bottom: .7em; }
.lsf-modal-ls__body :is(ol, ul) { padding-left: 1.6em; list-style: decimal; }
.lsf-modal-ls__body ul { list-style: disc; }
"""
