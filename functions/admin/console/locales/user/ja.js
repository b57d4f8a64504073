// The pages of a user in Japanese.

export default {};
