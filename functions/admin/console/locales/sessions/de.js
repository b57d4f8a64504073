// The sessions of administrators in German.

export default {};
