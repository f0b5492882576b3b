package dialect

import "strings"

// Clean returns JSON without the escapes that not every system takes in its type
// for JSON: those of NUL and of halves of a character. U+FFFD stands for them.
func Clean(text string) string {
	if !strings.Contains(text, `\u`) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		n := 2
		switch first, second := unit(text), unit(text[min(6, len(text)):]); {
		case first < 0:
			b.WriteString(text[:n])
		case 0xD800 <= first && first < 0xDC00 && 0xDC00 <= second && second < 0xE000:
			n = 12
			b.WriteString(text[:n])
		case first == 0 || 0xD800 <= first && first < 0xE000:
			n = 6
			b.WriteString("\uFFFD")
		default:
			n = 6
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
}

// unit returns the UTF-16 unit of the \uXXXX that text begins with, or -1.
func unit(text string) int {
	if len(text) < 6 || text[:2] != `\u` {
		return -1
	}
	n := 0
	for _, c := range []byte(text[2:6]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return -1
		}
		n = n<<4 | digit
	}
	return n
}
